// The check for the empty case came later, in another commit.
#include <mutex>
#include <thread>

std::mutex mutex;
int items = 0;

bool take() {
  mutex.lock();
  if (items == 0) return false;
  --items;
  mutex.unlock();
  return true;
}

int main() {
  std::thread worker([] { take(); });
  worker.join();
  take();
}
