// Whoever locks second sees everything that the first did before it unlocked.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int data = 0;
bool ready = false;
int seen = -1;  // of the data; -1: the flag was not seen

int main() {
  std::thread producer([] {
    std::lock_guard lock(mutex);
    data = 42;
    ready = true;
  });
  {
    std::lock_guard lock(mutex);
    if (ready) seen = data;
  }
  producer.join();
  assert((seen == -1 || seen == 42) && "who sees the flag sees the data");
}
