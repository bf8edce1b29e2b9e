// A map each of whose calls is locked, and an upsert made of two of them.
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

class Registry {
 public:
  bool contains(int key) {
    std::lock_guard lock(mutex_);
    return ids_.count(key) != 0;
  }
  void insert(int key, int id) {
    std::lock_guard lock(mutex_);
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

void add_if_absent(int id) {
  if (!registry.contains(7)) {
    // Here the answer can already be out of date.
    registry.insert(7, id);
  }
}

int main() {
  std::thread other([] { add_if_absent(1); });
  add_if_absent(2);
  other.join();
  assert(registry.inserted() == 1 && "the key was inserted once");
}
