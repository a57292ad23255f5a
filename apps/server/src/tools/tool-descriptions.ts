/**
 * What people are told each tool of the registry does. Apart from the tools themselves: whoever only wants to know this does not
 * load the AI SDK.
 */
export const toolDescriptions: Readonly<Record<string, string>> = {
  calculator: 'Computes an arithmetic expression exactly as written.',
  current_time: 'Tells the current date and time in a time zone.',
  convert_units: 'Converts a value between units of the same quantity.',
  statistics: 'Describes a list of numbers: mean, median, quartiles, deviation.',
  summarize_csv: 'Summarises CSV text column by column.',
  add_to_date: 'Finds the date so many days, business days, weeks, months or years after a date, or before it.',
  weekday: 'Tells which day of the week a date is, with its ISO week and its number in the year.',
  days_between: 'Counts the calendar days from one date to another, and the business days in that time.',
  schedule: 'Lays tasks one after the other from a start date, in business days.',
}
