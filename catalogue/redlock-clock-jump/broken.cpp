// Three nodes, a lease on each, a client needs two of them. Node 1's clock jumps past the end of the lease.
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
  void jump() {
    std::lock_guard lock(mutex_);
    now_ += kLease;
  }

 private:
  std::mutex mutex_;
  int now_ = 0, expires_ = 0;
} nodes[3];

std::atomic<int> holders{0};

void client(int first, int second) {  // the two nodes that it reaches
  if (nodes[first].grant() && nodes[second].grant()) {
    assert(++holders == 1 && "one holder at a time");
    --holders;
  }
}

int main() {
  std::thread ntp([] { nodes[1].jump(); });
  std::thread other(client, 2, 1);
  client(0, 1);
  other.join();
  ntp.join();
}
