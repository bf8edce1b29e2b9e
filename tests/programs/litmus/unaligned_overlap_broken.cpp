// expect: fail kind=data-race
// A packed member that straddles a word boundary is written while a neighbouring byte of it is read.
#include <cstring>
#include <thread>

struct __attribute__((packed)) Record {
  char tag[6];
  unsigned length;
};
alignas(8) Record record;

int main() {
  std::thread t([] { record.length = 0x01020304; });
  unsigned char top;
  std::memcpy(&top, reinterpret_cast<const char*>(&record) + 9, 1);
  t.join();
  return top > 1;
}
