// The vector is out of reach without its lock: no iterator gets out of with() by mistake.
#include <lockstep/sync/guarded.h>

#include <cassert>
#include <thread>
#include <vector>

lockstep::sync::guarded<std::vector<int>> readings;

int main() {
  readings.with([](auto& values) { values.push_back(1); });
  std::thread sensor([] { readings.with([](auto& values) { values.push_back(2); }); });
  int sum = 0;
  readings.with([&](const auto& values) {
    for (int value : values) sum += value;
  });
  assert(sum == 1 || sum == 3);
  sensor.join();
}
