dnl SPDX-License-Identifier: BSD-2-Clause
dnl
dnl STSSL_FIND_LIBMD: the module loads libmd when it is needed (policy/sha256.c), and
dnl so has to know the name that the linker would write down.
AC_DEFUN([STSSL_FIND_LIBMD],
[AC_MSG_CHECKING([by which name libmd is loaded])
stssl_save_LIBS=$LIBS
stssl_save_CPPFLAGS=$CPPFLAGS
LIBS="$LIBMD_LIBS $LIBS"
CPPFLAGS="$LIBMD_CFLAGS $CPPFLAGS"
stssl_libmd=
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <sys/types.h>
		#include <sha2.h>]],
		[[char text[SHA256_DIGEST_STRING_LENGTH];
		return SHA256Data((const uint8_t *)"", 0, text) == 0;]])],
	[stssl_libmd=`$OBJDUMP -p conftest$ac_exeext |
		$SED -n 's/.*NEEDED *\(libmd\.so[[.0-9]]*\)$/\1/p'`])
LIBS=$stssl_save_LIBS
CPPFLAGS=$stssl_save_CPPFLAGS
AC_MSG_RESULT([${stssl_libmd:-none}])
AS_IF([test -z "$stssl_libmd"], [STSSL_MISSING([libmd], [libmd-dev])])
AC_DEFINE_UNQUOTED([STSSL_LIBMD], ["$stssl_libmd"],
	[The name that libmd is loaded by])])
