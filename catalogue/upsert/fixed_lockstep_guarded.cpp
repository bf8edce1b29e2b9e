// The map cannot be reached without its lock, and what is done with it inside of with() is one step.
#include <lockstep/sync/guarded.h>

#include <cassert>
#include <map>
#include <thread>

lockstep::sync::guarded<std::map<int, int>> ids;

bool add_if_absent(int key, int id) {
  return ids.with([&](auto& map) {
    if (map.count(key) != 0) return false;
    map[key] = id;
    return true;
  });
}

int main() {
  bool other_added = false;
  std::thread other([&] { other_added = add_if_absent(7, 1); });
  const bool main_added = add_if_absent(7, 2);
  other.join();
  assert(main_added != other_added && "exactly one of them inserted");
}
