// expect: unsupported
// The program forks.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

int main() {
  std::thread t([] {});
  pid_t child = fork();
  if (child == 0) _exit(0);
  int status;
  waitpid(child, &status, 0);
  t.join();
}
