// expect: fail kind=data-race
// Two threads write different bit-fields of one storage unit: that is one memory location.
#include <thread>

struct Flags {
  unsigned a : 4;
  unsigned b : 4;
};
Flags flags;

int main() {
  std::thread t([] { flags.a = 1; });
  flags.b = 2;
  t.join();
  return flags.a == 1 ? 0 : 1;
}
