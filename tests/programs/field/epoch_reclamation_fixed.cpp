// expect: pass
// tags: spin
// A reader pins the global epoch while it reads; the writer waits until nobody is pinned in the old epoch.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

class Epochs {
 public:
  void pin() {
    for (;;) {
      const int e = global_.load();
      local_.store(e);
      if (global_.load() == e) return;
    }
  }
  void unpin() { local_.store(0, std::memory_order_release); }
  void synchronise() {
    const int old = global_.fetch_add(1);
    for (;;) {
      const int l = local_.load();
      if (l == 0 || l > old) return;
      std::this_thread::yield();
    }
  }

 private:
  std::atomic<int> global_{1};
  std::atomic<int> local_{0};
};

int main() {
  Epochs epochs;
  std::atomic<int*> value{new int(1)};
  std::thread reader([&] {
    epochs.pin();
    int* p = value.load();
    assert(*p == 1 || *p == 2);
    epochs.unpin();
  });
  std::unique_ptr<int> old(value.exchange(new int(2)));
  epochs.synchronise();
  old.reset();
  reader.join();
  delete value.load();
}
