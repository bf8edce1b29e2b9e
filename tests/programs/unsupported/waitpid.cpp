// expect: unsupported
// The program waits for a child process.
#include <sys/wait.h>

#include <thread>

int main() {
  std::thread t([] {});
  int status;
  waitpid(-1, &status, 0);
  t.join();
}
