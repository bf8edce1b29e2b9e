// expect: fail kind=exit-status
// args: 2 fail
// The program gets its arguments: with `fail` it ends with status 2.
#include <cstdlib>
#include <cstring>
#include <thread>

int main(int argc, char** argv) {
  int status = 0;
  std::thread t([&] {
    if (argc == 3 && std::strcmp(argv[2], "fail") == 0) status = std::atoi(argv[1]);
  });
  t.join();
  return status;
}
