// The lock covers the decision and what is done on the strength of it.
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

class Registry {
 public:
  void add_if_absent(int key, int id) {
    std::lock_guard lock(mutex_);
    if (ids_.count(key) != 0) return;
    ids_[key] = id;
    ++inserted_;
  }
  int inserted() {
    std::lock_guard lock(mutex_);
    return inserted_;
  }

 private:
  std::mutex mutex_;
  std::map<int, int> ids_;
  int inserted_ = 0;
};

Registry registry;

int main() {
  std::thread other([] { registry.add_if_absent(7, 1); });
  registry.add_if_absent(7, 2);
  other.join();
  assert(registry.inserted() == 1 && "the key was inserted once");
}
