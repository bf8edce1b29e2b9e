// The version is compared where it is written.
#include <cassert>
#include <mutex>
#include <thread>

class Store {
 public:
  int load(int& version) {
    std::lock_guard lock(mutex_);
    version = version_;
    return words_;
  }
  bool save(int words, int version) {
    std::lock_guard lock(mutex_);
    if (version != version_) return false;
    words_ = words;
    ++version_;
    return true;
  }

 private:
  std::mutex mutex_;
  int words_ = 0, version_ = 0;
} store;

void edit() {
  int version = 0, words = 0;
  do {
    words = store.load(version);
  } while (!store.save(words + 1, version));
}

int main() {
  std::thread other(edit);
  edit();
  other.join();
  int version = 0;
  assert(store.load(version) == 2 && "both edits are in");
}
