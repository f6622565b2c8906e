/** The two APIs: where they are, and the tabs that each opens with. Lines fit the editor of a small window. */

const FIRST_RECORDS = `# Records of the demo workspace.
# Ctrl-Enter, or the button on the right, runs this.
#
# The book on the left shows all that can be asked;
# Ctrl-Space completes what you type. All of it was
# made from a model of objects and fields: change that
# under "Model" above, then come back here.

query FirstLook($atLeast: Int = 1000) {
  companies(
    # Filters reach through relations: these
    # companies have signed at least once.
    filter: {
      employees: { gte: $atLeast }
      opportunities: {
        some: { stage: { eq: CUSTOMER } }
      }
    }
    orderBy: [{ employees: DESC }]
    limit: 10
  ) {
    name
    employees
    addressCity
    # Relations nest as deep as you like, each level
    # with its own filter, order and limit.
    people(orderBy: [{ lastName: ASC }], limit: 3) {
      firstName
      lastName
      jobTitle
    }
    opportunities(filter: { stage: { eq: CUSTOMER } }) {
      name
      closeDate
      pointOfContact {
        firstName
        lastName
        email
      }
    }
  }
}
`;

const ANY_RECORDS = `# Records of your workspace.
#
# The book on the left shows all that can be asked;
# Ctrl-Space completes what you type, Ctrl-Enter runs it.
# All of it was made from a model of objects and fields:
# make some under "Model" above, then come back here.

query FirstLook {
  __typename
}
`;

const READ_MODEL = `# The model: the objects and fields that the API under
# "Data" is made from. The next tab adds to it.

query ReadModel {
  objects {
    nameSingular
    namePlural
    fields {
      name
      type
    }
  }
}
`;

const CREATE_TICKETS = `# Adds an object: its table, its types and its part of
# the API are there when this returns. Look under "Data"
# for tickets and createTicket.

mutation CreateTickets {
  createObject(
    input: {
      nameSingular: "ticket"
      namePlural: "tickets"
      fields: [
        { name: "title", type: TEXT, isNullable: false }
        {
          name: "priority"
          type: SELECT
          options: [
            { value: "LOW", label: "Low" }
            { value: "HIGH", label: "High" }
          ]
          defaultValue: "LOW"
        }
      ]
    }
  ) {
    nameSingular
    fields {
      name
      type
    }
  }
}
`;

const RELATE_TICKETS = `# Relates tickets to companies, from both sides:
# ticket { company { … } } and company { tickets { … } }.

mutation RelateTickets {
  createField(
    input: {
      object: "ticket"
      name: "company"
      type: RELATION
      relation: {
        type: MANY_TO_ONE
        target: "company"
        inverseName: "tickets"
        onDelete: SET_NULL
      }
    }
  ) {
    name
    type
  }
}
`;

export const ENDPOINTS = {
  graphql: { path: '/graphql', label: 'Data', title: 'Query and change records' },
  metadata: { path: '/metadata', label: 'Model', title: 'Describe objects and fields' },
};

const TABS = {
  graphql: [ANY_RECORDS],
  metadata: [READ_MODEL, CREATE_TICKETS],
};

/** With the demo's companies there is more to show. */
const DEMO_TABS = {
  graphql: [FIRST_RECORDS],
  metadata: [READ_MODEL, CREATE_TICKETS, RELATE_TICKETS],
};

export function firstTabs(name, hasDemo) {
  return (hasDemo ? DEMO_TABS : TABS)[name].map((query) => ({ query }));
}
