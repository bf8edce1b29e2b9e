// expect: fail kind=data-race
// write() reads a buffer that another thread changes without synchronisation.
#include <unistd.h>

#include <thread>

char text[] = "hello\n";

int main() {
  std::thread t([] { text[0] = 'H'; });
  if (write(1, text, sizeof text - 1) < 0) return 1;
  t.join();
}
