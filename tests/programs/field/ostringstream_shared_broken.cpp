// expect: fail kind=data-race|use-after-free|double-free|crash
// One ostringstream written to by two threads.
#include <sstream>
#include <thread>

int main() {
  std::ostringstream out;
  auto write = [&](int x) {
    for (int i = 0; i < 3; ++i) out << "value " << x + i << ' ';
  };
  std::thread a(write, 1), b(write, 10);
  a.join();
  b.join();
  return out.str().size() == 0;
}
