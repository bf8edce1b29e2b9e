// Once flags, for the C file that calls initialisers: those may throw, so the call needs a cleanup, and only C with
// -fexceptions has one that does not drag in the C++ runtime.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif
/* 1: the caller runs the initialiser and then calls lockstep_once_end; 0: it was run; -1: not under the checker. */
__attribute__((visibility("hidden"))) int lockstep_once_begin(void* once, void* pc);
__attribute__((visibility("hidden"))) void lockstep_once_end(void* once, void* pc, int done);
__attribute__((visibility("hidden"))) void* lockstep_real(const char* name);
#ifdef __cplusplus
}
#endif
