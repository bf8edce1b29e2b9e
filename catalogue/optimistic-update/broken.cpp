// Each request to the store is atomic. The edit lies between two of them.
#include <cassert>
#include <mutex>
#include <thread>

class Store {
 public:
  int load() {
    std::lock_guard lock(mutex_);
    return words_;
  }
  void save(int words) {
    std::lock_guard lock(mutex_);
    words_ = words;
  }

 private:
  std::mutex mutex_;
  int words_ = 0;
} store;

void edit() { store.save(store.load() + 1); }

int main() {
  std::thread other(edit);
  edit();
  other.join();
  assert(store.load() == 2 && "both edits are in");
}
