/** What the shop's people, places and things are called. The seed and the live traffic draw from the same words. */

export const firstNames = [
  'Ada', 'Amir', 'Anna', 'Astrid', 'Ben', 'Bianca', 'Carlos', 'Chiara', 'Daan', 'Dora', 'Elif', 'Emil', 'Eva', 'Felix',
  'Fatima', 'Greta', 'Hana', 'Hugo', 'Ida', 'Ivan', 'Jana', 'Jonas', 'Karim', 'Lara', 'Leo', 'Lucia', 'Maja', 'Marco',
  'Mei', 'Milan', 'Nadia', 'Noah', 'Nora', 'Olga', 'Oskar', 'Paula', 'Pedro', 'Priya', 'Rosa', 'Samir', 'Sofia', 'Sven',
  'Tara', 'Theo', 'Uma', 'Vera', 'Viktor', 'Yara', 'Yusuf', 'Zoë',
] as const

export const lastNames = [
  'Adler', 'Almeida', 'Andersson', 'Bauer', 'Becker', 'Bianchi', 'Brown', 'Costa', 'Demir', 'Dubois', 'Evans', 'Ferrari',
  'Fischer', 'García', 'Haas', 'Hansen', 'Ito', 'Jansen', 'Johansson', 'Keller', 'Kim', 'Kowalski', 'Lang', 'Larsen',
  'López', 'Marino', 'Martin', 'Meyer', 'Moreau', 'Müller', 'Nguyen', 'Novak', 'O\'Brien', 'Olsen', 'Patel', 'Petrov',
  'Quinn', 'Rossi', 'Santos', 'Schmidt', 'Silva', 'Smith', 'Svensson', 'Tanaka', 'Taylor', 'Varga', 'Visser', 'Weber',
  'Wilson', 'Zimmermann',
] as const

/** Country to its share in percent, its currency, its tax in percent, and a few cities. */
export const countries = {
  DE: { share: 24, currency: 'EUR', tax: 19, cities: ['Berlin', 'Hamburg', 'München', 'Köln', 'Leipzig'] },
  US: { share: 20, currency: 'USD', tax: 7, cities: ['New York', 'Chicago', 'Austin', 'Seattle', 'Denver'] },
  FR: { share: 12, currency: 'EUR', tax: 20, cities: ['Paris', 'Lyon', 'Marseille', 'Lille', 'Nantes'] },
  GB: { share: 11, currency: 'GBP', tax: 20, cities: ['London', 'Leeds', 'Bristol', 'Glasgow', 'Cardiff'] },
  NL: { share: 8, currency: 'EUR', tax: 21, cities: ['Amsterdam', 'Utrecht', 'Rotterdam', 'Den Haag', 'Eindhoven'] },
  IT: { share: 6, currency: 'EUR', tax: 22, cities: ['Milano', 'Roma', 'Torino', 'Bologna', 'Napoli'] },
  ES: { share: 5, currency: 'EUR', tax: 21, cities: ['Madrid', 'Barcelona', 'Valencia', 'Sevilla', 'Bilbao'] },
  SE: { share: 4, currency: 'SEK', tax: 25, cities: ['Stockholm', 'Göteborg', 'Malmö', 'Uppsala', 'Lund'] },
  AT: { share: 3, currency: 'EUR', tax: 20, cities: ['Wien', 'Graz', 'Linz', 'Salzburg', 'Innsbruck'] },
  CH: { share: 3, currency: 'CHF', tax: 8, cities: ['Zürich', 'Basel', 'Bern', 'Genève', 'Lausanne'] },
  PL: { share: 2, currency: 'PLN', tax: 23, cities: ['Warszawa', 'Kraków', 'Gdańsk', 'Wrocław', 'Poznań'] },
  JP: { share: 2, currency: 'JPY', tax: 10, cities: ['東京', '大阪', '京都', '福岡', '札幌'] },
} as const

export const warehouses = [
  { code: 'BER', city: 'Berlin', country: 'DE' },
  { code: 'RTM', city: 'Rotterdam', country: 'NL' },
  { code: 'LYS', city: 'Lyon', country: 'FR' },
  { code: 'MAN', city: 'Manchester', country: 'GB' },
  { code: 'EWR', city: 'Newark', country: 'US' },
  { code: 'RNO', city: 'Reno', country: 'US' },
] as const

/** Departments, and the things that each of them sells. */
export const departments = {
  Kitchen: ['Kettle', 'Skillet', 'Chef Knife', 'Mortar', 'Coffee Grinder', 'Teapot'],
  Living: ['Lamp', 'Armchair', 'Side Table', 'Bookshelf', 'Rug', 'Clock'],
  Bedroom: ['Blanket', 'Pillow', 'Duvet', 'Night Stand', 'Linen Set'],
  Office: ['Desk', 'Notebook', 'Fountain Pen', 'Desk Mat', 'Monitor Arm'],
  Garden: ['Watering Can', 'Planter', 'Pruner', 'Bench', 'Lantern'],
  Outdoor: ['Backpack', 'Tent', 'Flask', 'Sleeping Bag', 'Head Torch'],
  Workshop: ['Hand Plane', 'Chisel Set', 'Clamp', 'Tool Box', 'Cordless Drill'],
  Play: ['Puzzle', 'Wooden Train', 'Kite', 'Card Game', 'Marble Run'],
} as const

export const materials = ['Oak', 'Walnut', 'Steel', 'Copper', 'Linen', 'Wool', 'Glass', 'Stone', 'Leather', 'Bamboo'] as const
export const styles = ['Classic', 'Compact', 'Nordic', 'Urban', 'Heritage', 'Everyday', 'Studio', 'Travel', 'Grand'] as const
export const colours = ['black', 'white', 'sand', 'moss', 'slate', 'rust', 'navy', 'natural'] as const

export const channels = { web: 54, app: 31, marketplace: 9, store: 5, phone: 1 } as const
export const paymentMethods = { card: 52, paypal: 22, invoice: 12, bank_transfer: 6, apple_pay: 6, gift_card: 2 } as const
export const carriers = { DHL: 38, UPS: 22, PostNL: 12, 'La Poste': 10, FedEx: 10, 'Royal Mail': 8 } as const
export const coupons = ['WELCOME10', 'SPRING15', 'FRIENDS5', 'BLACKWEEK'] as const

export const ticketSubjects = [
  'Where is my parcel?', 'One piece is missing', 'I would like to return this', 'It arrived broken', 'Wrong colour',
  'The invoice has the old address', 'The coupon was not taken', 'Can I change my order?', 'How do I clean it?',
] as const
export const ticketTags = ['delivery', 'return', 'damage', 'billing', 'question', 'vip', 'marketplace'] as const

export const orderStatuses = ['placed', 'packed', 'shipped', 'delivered', 'cancelled', 'refunded'] as const
export type OrderStatus = (typeof orderStatuses)[number]
