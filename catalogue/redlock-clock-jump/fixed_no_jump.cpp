// Without a jump the two majorities meet at node 1, which grants once for each lease.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kLease = 10;

class Node {
 public:
  bool grant() {
    std::lock_guard lock(mutex_);
    if (now_ < expires_) return false;
    expires_ = now_ + kLease;
    return true;
  }

 private:
  std::mutex mutex_;
  int now_ = 0, expires_ = 0;
} nodes[3];

std::atomic<int> holders{0};

void client(int first, int second) {
  if (nodes[first].grant() && nodes[second].grant()) {
    assert(++holders == 1 && "one holder at a time");
    --holders;
  }
}

int main() {
  std::thread other(client, 2, 1);
  client(0, 1);
  other.join();
}
