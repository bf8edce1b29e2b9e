// The flag itself is the data race; and `data` is not ordered by it.
#include <cassert>
#include <thread>

int data = 0;
volatile bool ready = false;

int main() {
  std::thread producer([] {
    data = 42;
    ready = true;
  });
  if (ready) assert(data == 42);
  producer.join();
}
