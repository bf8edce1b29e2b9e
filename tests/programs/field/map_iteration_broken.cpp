// expect: fail kind=data-race|use-after-free|crash
// A registry is walked without the lock while an entry is erased.
#include <map>
#include <mutex>
#include <string>
#include <thread>

class Registry {
 public:
  void add(int id, std::string name) {
    std::lock_guard lock(mutex_);
    names_.emplace(id, std::move(name));
  }
  void remove(int id) {
    std::lock_guard lock(mutex_);
    names_.erase(id);
  }
  size_t characters() const {
    size_t n = 0;
    for (const auto& [id, name] : names_) n += name.size();
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> names_;
};

int main() {
  Registry r;
  for (int i = 0; i < 5; ++i) r.add(i, "a name that is long enough for the heap " + std::to_string(i));
  std::thread eraser([&] { r.remove(2); });
  const size_t n = r.characters();
  eraser.join();
  return n < 100;
}
