// expect: fail kind=data-race
// flags: -O2
// A big struct is copied while the other thread clears it. The size is not known to the compiler, which would otherwise
// expand memset in place, without instrumentation (gcc).
#include <cstring>
#include <thread>

struct Frame {
  char pixels[300];
};
Frame frame;
volatile std::size_t size = sizeof frame;

int main() {
  std::thread t([] { std::memset(&frame, 1, size); });
  Frame copy;
  std::memcpy(&copy, &frame, size);
  t.join();
  return copy.pixels[0] > 1;
}
