using { leads as stored } from '../db/leads';

@requires: 'any'
@path: '/api/data/v9.2'
service Organization {
  entity leads as projection on stored;
}
