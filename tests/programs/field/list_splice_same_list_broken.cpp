// expect: fail kind=data-race
// A hit moves the node to the front of the list with only a shared lock held.
#include <list>
#include <thread>

int main() {
  std::list<int> order{1, 2, 3, 4, 5, 6};
  auto two = std::next(order.begin(), 2);
  auto four = std::next(order.begin(), 4);
  std::thread a([&] { order.splice(order.begin(), order, two); });
  std::thread b([&] { order.splice(order.begin(), order, four); });
  a.join();
  b.join();
}
