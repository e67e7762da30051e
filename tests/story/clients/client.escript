#!/usr/bin/env escript
%%! -kernel logger_level none
%% SPDX-License-Identifier: BSD-2-Clause
%%
%% The application ftp, with Erlang's own TLS; arguments are as libraries.py
%% says.

main([Tls, Host, Port, Ca, User, Password, Identity | Words]) ->
    {ok, _} = application:ensure_all_started(ftp),
    {ok, _} = application:ensure_all_started(ssl),
    {ok, Ftp} = ftp:open(Host, [
        {port, list_to_integer(Port)}, {timeout, 30000},
        {tls, [{cacertfile, Ca}, {verify, verify_peer},
               {session_tickets, auto} | own(Identity)]},
        {tls_sec_method, method(Tls)}, {tls_ctrl_session_reuse, true}]),
    ok = ftp:user(Ftp, User, Password),
    ok = ftp:type(Ftp, binary),
    ok = io:setopts([{encoding, latin1}]),
    play(Ftp, Words),
    ok = ftp:close(Ftp).

method("explicit") -> ftpes;
method("implicit") -> ftps.

own("") -> [];
own(Identity) ->
    [{certfile, Identity ++ ".pem"}, {keyfile, Identity ++ ".key"}].

play(_, []) -> ok;
play(Ftp, ["list" | Rest]) ->
    {ok, Lines} = ftp:ls(Ftp),
    ok = file:write(standard_io, Lines),
    play(Ftp, Rest);
play(Ftp, ["get", Name | Rest]) ->
    {ok, Data} = ftp:recv_bin(Ftp, Name),
    ok = file:write(standard_io, Data),
    play(Ftp, Rest);
play(Ftp, ["put", Path, Name | Rest]) ->
    ok = ftp:send(Ftp, Path, Name),
    play(Ftp, Rest).
