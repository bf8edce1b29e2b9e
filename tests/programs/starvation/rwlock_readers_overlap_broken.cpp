// expect: fail kind=starvation
// glibc's rwlocks prefer readers: as long as one reader comes before the last one leaves, the writer waits.
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
std::atomic<bool> done{false};

void reader() {
  while (!done) {
    std::shared_lock lock(m);
  }
}

int main() {
  std::thread r1(reader), r2(reader);
  std::thread writer([] {
    std::unique_lock lock(m);
    done = true;
  });
  r1.join();
  r2.join();
  writer.join();
}
