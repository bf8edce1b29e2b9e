// One lock, one order of the critical sections.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int x = 0, y = 0;

int read(int& variable) {
  std::lock_guard lock(mutex);
  return variable;
}

void write(int& variable) {
  std::lock_guard lock(mutex);
  variable = 1;
}

int x1 = 0, y1 = 0, x2 = 0, y2 = 0;  // what the two readers see

int main() {
  std::thread writes_x([] { write(x); });
  std::thread writes_y([] { write(y); });
  std::thread reads_x_first([] {
    x1 = read(x);
    y1 = read(y);
  });
  y2 = read(y);
  x2 = read(x);
  writes_x.join();
  writes_y.join();
  reads_x_first.join();
  assert(!(x1 == 1 && y1 == 0 && y2 == 1 && x2 == 0) && "the readers agree which write came first");
}
