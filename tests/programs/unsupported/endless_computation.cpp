// expect: unsupported
// A loop that touches no memory and never ends: the checker cannot go on, but it says where.
#include <thread>

namespace {

unsigned long iterate(unsigned long n) {
  while (n != 0) {
    n = n * 5 + 1;
    if (n == 0) n = 1;
    asm volatile("" : "+r"(n));
  }
  return n;
}

}  // namespace

int main(int argc, char**) {
  std::thread t([argc] { iterate(static_cast<unsigned long>(argc)); });
  t.join();
}
