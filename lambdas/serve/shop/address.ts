/** The address of the shop page. It is no operation of the API: it is for people. */
export const SHOP_PATH = '/shop';
export const SHOP_ROUTE = `GET ${SHOP_PATH}` as const;
