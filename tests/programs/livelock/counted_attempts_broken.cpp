// expect: fail kind=livelock
// tags: spin
// Both count their attempts, so no state comes back; they keep step in vain all the same.
#include <mutex>
#include <thread>
std::mutex a, b;
int attempts[2];
void worker(int me, std::mutex& first, std::mutex& second) {
  while (true) {
    std::unique_lock l1(first);
    ++attempts[me];
    std::unique_lock l2(second, std::try_to_lock);
    if (l2.owns_lock()) return;
  }
}
int main() {
  std::thread x(worker, 0, std::ref(a), std::ref(b)), y(worker, 1, std::ref(b), std::ref(a));
  x.join();
  y.join();
}
