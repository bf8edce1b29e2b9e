// A node counts its grants. Two majorities share a node, so the later of two grants has the larger maximum.
#include <algorithm>
#include <atomic>
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
  bool read(int token, int& value) {
    std::lock_guard lock(mutex_);
    if (!admit(token)) return false;
    value = value_;
    return true;
  }
  bool write(int token, int value) {
    std::lock_guard lock(mutex_);
    if (!admit(token)) return false;
    value_ = value;
    return true;
  }
  int value() {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  bool admit(int token) {
    if (token < largest_) return false;
    largest_ = token;
    return true;
  }
  std::mutex mutex_;
  int value_ = 0, largest_ = 0;
} storage;

std::atomic<int> updates{0};

void client(int first, int second) {
  const int one = nodes[first].grant();
  const int two = one != 0 ? nodes[second].grant() : 0;
  if (two == 0) return;
  const int token = std::max(one, two);
  nodes[first].raise(token);
  nodes[second].raise(token);
  int value = 0;
  if (storage.read(token, value) && storage.write(token, value + 1)) ++updates;
}

int main() {
  std::thread ntp([] { nodes[1].jump(); });
  std::thread other(client, 2, 1);
  client(0, 1);
  other.join();
  ntp.join();
  assert(storage.value() == updates && "no update under the lock is lost");
}
