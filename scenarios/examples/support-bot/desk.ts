interface Ticket {
  number: string;
  subject: string;
  description: string;
}

interface Mail {
  address: string;
  message: string;
}

/** The context variables: what this conversation has caused. A conversation starts with none of it. */
export interface Desk {
  tickets?: Ticket[];
  mails?: Mail[];
}
