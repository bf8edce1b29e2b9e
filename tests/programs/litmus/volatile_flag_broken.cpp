// expect: fail kind=data-race
// flags: -O2
// compilers: gcc clang
// A volatile flag is no synchronisation.
#include <thread>

volatile bool done;
int result;

int main() {
  std::thread t([] {
    result = 5;
    done = true;
  });
  int r = done ? result : 5;
  t.join();
  return r == 5 ? 0 : 1;
}
