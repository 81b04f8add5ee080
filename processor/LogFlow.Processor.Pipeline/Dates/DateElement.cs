namespace LogFlow.Processor.Pipeline;

/// <summary>One part of a date pattern.</summary>
internal readonly record struct DateElement(DateElementKind Kind, int Length, int DigitsMax, string Literal);

/// <summary>What a part of a date pattern stands for.</summary>
internal enum DateElementKind
{
    Literal,
    Era,
    Century,
    Year,
    TwoDigitYear,
    WeekYear,
    Week,
    DayOfYear,
    MonthNumber,
    MonthText,
    Day,
    DayOfWeekNumber,
    DayOfWeekText,
    HalfDay,
    Hour,
    HourOneBased,
    HalfDayHour,
    HalfDayHourZeroBased,
    Minute,
    Second,
    Fraction,
    ZoneName,
    Offset,
    ZoneId,
}
