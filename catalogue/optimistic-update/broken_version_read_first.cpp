// There is a version, and the client looks at it: one request too early.
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
  void save(int words) {
    std::lock_guard lock(mutex_);
    words_ = words;
    ++version_;
  }

 private:
  std::mutex mutex_;
  int words_ = 0, version_ = 0;
} store;

void edit() {
  for (;;) {
    int before = 0, now = 0;
    const int words = store.load(before);
    store.load(now);
    if (now != before) continue;  // somebody saved meanwhile: edit anew
    return store.save(words + 1);
  }
}

int main() {
  std::thread other(edit);
  edit();
  other.join();
  int version = 0;
  assert(store.load(version) == 2 && "both edits are in");
}
