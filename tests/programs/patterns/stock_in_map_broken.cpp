// expect: fail kind=assertion pattern=time-of-check-to-time-of-use
// What is in stock is checked in one critical section and sold in another; it lies in a map.
#include <cassert>
#include <map>
#include <mutex>
#include <string>
#include <thread>

class Shop {
 public:
  int in_stock(const std::string& item) {
    std::scoped_lock lock(mutex_);
    return stock_[item];
  }
  void sell(const std::string& item, int n) {
    std::scoped_lock lock(mutex_);
    stock_[item] -= n;
    assert(stock_[item] >= 0);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> stock_{{"bolt", 10}};
};

Shop shop;

void order(int n) {
  if (shop.in_stock("bolt") >= n) shop.sell("bolt", n);
}

int main() {
  std::thread a(order, 7), b(order, 6);
  a.join();
  b.join();
}
