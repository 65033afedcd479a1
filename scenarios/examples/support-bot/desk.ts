interface Ticket {
  number: string;
  subject: string;
  description: string;
}

interface Mail {
  address: string;
  message: string;
}

/** The context variables: what this conversation caused. At first they are empty. */
export interface Desk {
  tickets?: Ticket[];
  mails?: Mail[];
}
