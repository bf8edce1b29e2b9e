// A node counts its grants. Two majorities share a node, so the later of two grants has the larger maximum.
#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kLease = 10;

class Node {
 public:
  int grant() {  // the number of the grant; 0: refused
    std::lock_guard lock(mutex_);
    if (now_ < expires_) return 0;
    expires_ = now_ + kLease;
    return ++grants_;
  }
  void raise(int token) {  // no later grant is numbered lower
    std::lock_guard lock(mutex_);
    grants_ = std::max(grants_, token);
  }
  void jump() {
    std::lock_guard lock(mutex_);
    now_ += kLease;
  }

 private:
  std::mutex mutex_;
  int now_ = 0, expires_ = 0, grants_ = 0;
} nodes[3];

class Storage {
 public:
  void write(int token, int value) {
    std::lock_guard lock(mutex_);
    if (token <= largest_) return;  // refused
    largest_ = token;
    value_ = value;
    assert(value_ == largest_ && "what is stored is the latest grant's");
  }

 private:
  std::mutex mutex_;
  int largest_ = 0, value_ = 0;
} storage;

void client(int first, int second) {
  const int one = nodes[first].grant();
  const int two = one != 0 ? nodes[second].grant() : 0;
  if (two == 0) return;
  const int token = std::max(one, two);
  nodes[first].raise(token);
  nodes[second].raise(token);
  storage.write(token, token);
}

int main() {
  std::thread ntp([] { nodes[1].jump(); });
  std::thread other(client, 2, 1);
  client(0, 1);
  other.join();
  ntp.join();
}
