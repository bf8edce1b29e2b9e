// Calls a test's own main, renamed, and leaves its threads running.
#include <lockstep/check.h>
#include <pthread.h>

#ifdef TEST_MAIN_IS_CPP
int test_main();
#else
extern "C" int test_main();
#endif

extern "C" void conformance_assume(int condition) { lockstep_assume(condition); }

int main() {
  test_main();
  pthread_exit(nullptr);
}
