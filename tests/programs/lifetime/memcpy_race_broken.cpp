// expect: fail kind=data-race
// flags: -O2
// A big struct is copied while the other thread clears it.
#include <cstring>
#include <thread>

struct Frame {
  char pixels[300];
};
Frame frame;

int main() {
  std::thread t([] { std::memset(&frame, 1, sizeof frame); });
  Frame copy;
  std::memcpy(&copy, &frame, sizeof copy);
  t.join();
  return copy.pixels[0] > 1;
}
