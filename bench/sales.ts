/** Returns an MSK event with sales as shops send them: string ids, ISO timestamps and product names. */
export function mskEvent(sales: number, partition = 0): unknown {
  const records = Array.from({ length: sales }, (_, index) => ({
    topic: 'sales',
    partition,
    offset: index,
    timestamp: 1_780_000_000_000 + index,
    timestampType: 'CREATE_TIME',
    key: Buffer.from(`u${index % 997}`).toString('base64'),
    value: Buffer.from(JSON.stringify(sale(index))).toString('base64'),
    headers: [],
  }));
  return {
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1',
    bootstrapServers: '127.0.0.1:9092',
    records: { [`sales-${partition}`]: records },
  };
}

function sale(index: number) {
  const product = (index * 7919) % 300;
  return {
    userId: `user-${(index * 31) % 1000}`,
    productId: `product-${product}`,
    quantity: 1 + (index % 5),
    timestamp: new Date(1_780_000_000_000 + index * 1000).toISOString(),
    orderId: `order-${Math.floor(index / 3)}`,
    price: 1.25 + (product % 50),
    productName: `Product number ${product}`,
  };
}
