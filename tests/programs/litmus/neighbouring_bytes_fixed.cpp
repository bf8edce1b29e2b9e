// expect: pass complete
// compilers: gcc clang
// Two threads write neighbouring chars of one word: different memory locations, no race.
#include <cassert>
#include <thread>

struct Cell {
  char a, b;
};
Cell cell;

int main() {
  std::thread t([] { cell.a = 1; });
  cell.b = 2;
  t.join();
  assert(cell.a == 1 && cell.b == 2);
}
