dnl SPDX-License-Identifier: BSD-2-Clause
dnl
dnl The project's own flags go to STSSL_CFLAGS, STSSL_CPPFLAGS and
dnl STSSL_LDFLAGS; CFLAGS and its kin stay the user's.

dnl STSSL_MISSING(WHAT, PACKAGE): end, with the name of Debian's package.
AC_DEFUN([STSSL_MISSING], [AC_MSG_ERROR([$1 is missing (Debian: $2)])])

dnl STSSL_TRY_FLAGS(VARIABLE, FLAGS): append each of FLAGS that compiles and
dnl links.
AC_DEFUN([STSSL_TRY_FLAGS],
[for stssl_flag in m4_normalize([$2]); do
	AC_MSG_CHECKING([for $stssl_flag])
	stssl_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $stssl_flag"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes])
		$1="$$1 $stssl_flag"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$stssl_save_CFLAGS
done])

dnl -fPIC: pam_stssl.so and the programs are linked from the same objects.
AC_DEFUN([STSSL_WARNINGS],
[AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [warnings are errors (for CI)])])
STSSL_CFLAGS="-std=c11 -fPIC"
STSSL_TRY_FLAGS([STSSL_CFLAGS], [-pedantic -Wall -Wextra -Wcast-align
	-Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wmissing-prototypes
	-Wpointer-arith -Wredundant-decls -Wshadow -Wstrict-prototypes -Wswitch-enum -Wundef
	-Wvla -Wwrite-strings -Wconversion -Wno-sign-conversion])
AS_IF([test "$enable_werror" = yes], [STSSL_CFLAGS="$STSSL_CFLAGS -Werror"])])

AC_DEFUN([STSSL_SANITIZERS],
[AC_ARG_ENABLE([sanitizers],
	[AS_HELP_STRING([--enable-sanitizers],
		[AddressSanitizer and UndefinedBehaviorSanitizer])],
	[], [enable_sanitizers=no])
AS_IF([test "$enable_sanitizers" = yes],
	[stssl_san="-fsanitize=address,undefined"
	stssl_san="$stssl_san -fno-sanitize-recover=undefined"
	STSSL_CFLAGS="$STSSL_CFLAGS $stssl_san -fno-omit-frame-pointer"
	STSSL_LDFLAGS="$STSSL_LDFLAGS $stssl_san"
	AC_DEFINE([STSSL_SANITIZED], [1], [Define when built with sanitizers])])
AM_CONDITIONAL([SANITIZERS], [test "$enable_sanitizers" = yes])])

AC_DEFUN([STSSL_FUZZING],
[AC_ARG_ENABLE([fuzzing],
	[AS_HELP_STRING([--enable-fuzzing],
		[build the fuzz targets with libFuzzer (needs clang)])],
	[], [enable_fuzzing=no])
AS_IF([test "$enable_fuzzing" = yes],
	[STSSL_CFLAGS="$STSSL_CFLAGS -fsanitize=fuzzer-no-link"])
AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])])

dnl _exit() is wrapped: the roles end by it, which would lose what was counted.
AC_DEFUN([STSSL_COVERAGE],
[AC_ARG_ENABLE([coverage],
	[AS_HELP_STRING([--enable-coverage],
		[count the lines that tests run, for make coverage
		(needs gcc)])],
	[], [enable_coverage=no])
AS_IF([test "$enable_coverage" = yes],
	[STSSL_CFLAGS="$STSSL_CFLAGS --coverage -fprofile-abs-path"
	STSSL_CFLAGS="$STSSL_CFLAGS -fprofile-update=atomic"
	STSSL_LDFLAGS="$STSSL_LDFLAGS --coverage"
	STSSL_LDFLAGS="$STSSL_LDFLAGS -Wl,--wrap=_exit,-u,__wrap__exit"
	AC_DEFINE([STSSL_COUNTED], [1], [Define when lines are counted])])
AM_CONDITIONAL([COVERAGE], [test "$enable_coverage" = yes])])

dnl Not together with sanitizers: fortified functions and variables that are
dnl filled hide what the sanitizers look for.  Zeroes also hide, from the tests,
dnl that a text has no NUL or that a result is never written: so CI fills
dnl variables with a pattern in one of its builds.
AC_DEFUN([STSSL_HARDENING],
[AC_ARG_ENABLE([hardening],
	[AS_HELP_STRING([--disable-hardening], [no compiler hardening])
AS_HELP_STRING([--enable-hardening=pattern],
		[hardening that fills variables with a pattern, not zeroes
		(for CI)])],
	[], [enable_hardening=yes])
AS_CASE([$enable_hardening], [yes], [stssl_fill=zero], [pattern],
	[stssl_fill=pattern], [no], [],
	[AC_MSG_ERROR([--enable-hardening is yes, no or pattern])])
AS_IF([test "$enable_sanitizers" = yes || test "$enable_fuzzing" = yes ||
	test "$enable_coverage" = yes],
	[enable_hardening=no])
AS_IF([test "$enable_hardening" != no],
	[STSSL_TRY_FLAGS([STSSL_CFLAGS], [-fstack-protector-strong
		-fstack-clash-protection -fcf-protection
		-ftrivial-auto-var-init=$stssl_fill])
	STSSL_TRY_FLAGS([STSSL_LDFLAGS], [-Wl,-z,relro -Wl,-z,now
		-Wl,-z,noexecstack])
	AS_CASE([" $CFLAGS "], [*" -O0 "*], [],
		[STSSL_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
	STSSL_PROGRAM_LDFLAGS=-pie])
AC_SUBST([STSSL_PROGRAM_LDFLAGS])])
