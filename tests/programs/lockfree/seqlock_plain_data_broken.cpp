// expect: fail kind=data-race
// A seqlock over plain data: the reader drops torn values, but reading them was a race already.
#include <atomic>
#include <cstring>
#include <thread>

struct Data {
  int a = 0, b = 0, c = 0, d = 0;
};
std::atomic<unsigned> sequence{0};
Data data;

int main() {
  std::thread writer([] {
    sequence.store(1);
    data = Data{1, 1, 1, 1};
    sequence.store(2);
  });
  Data copy;
  unsigned before = sequence.load();
  std::memcpy(&copy, &data, sizeof(copy));
  bool valid = before == sequence.load() && before % 2 == 0;
  writer.join();
  return valid && copy.a != copy.d;
}
