// One operation that inserts if the key is absent and says whether it did: the caller has nothing left to check.
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

class Registry {
 public:
  bool try_insert(int key, int id) {
    std::lock_guard lock(mutex_);
    return ids_.try_emplace(key, id).second;
  }

 private:
  std::mutex mutex_;
  std::map<int, int> ids_;
};

Registry registry;

int main() {
  bool other_inserted = false;
  std::thread other([&] { other_inserted = registry.try_insert(7, 1); });
  const bool main_inserted = registry.try_insert(7, 2);
  other.join();
  assert(main_inserted != other_inserted && "exactly one of them inserted");
}
