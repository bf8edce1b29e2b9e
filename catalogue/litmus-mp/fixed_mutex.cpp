// Whoever locks second sees everything that the first did before it unlocked.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int data = 0;
bool ready = false;

int main() {
  std::thread producer([] {
    std::lock_guard lock(mutex);
    data = 42;
    ready = true;
  });
  {
    std::lock_guard lock(mutex);
    if (ready) assert(data == 42);
  }
  producer.join();
}
