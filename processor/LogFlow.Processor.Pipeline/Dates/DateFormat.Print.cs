using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <content>Printing, in UTC.</content>
internal sealed partial class DateFormat
{
    /// <summary>The instant in this form, in UTC.</summary>
    public string Print(EventTimestamp timestamp)
    {
        var time = timestamp.UtcDateTime;
        var builder = new StringBuilder();
        foreach (ref readonly var element in _elements.AsSpan())
        {
            switch (element.Kind)
            {
                case DateElementKind.Literal:
                    builder.Append(element.Literal);
                    break;
                case DateElementKind.Era:
                    builder.Append("AD");
                    break;
                case DateElementKind.MonthText:
                    builder.Append((element.Length >= 4 ? _locale.Months : _locale.ShortMonths)[time.Month - 1]);
                    break;
                case DateElementKind.DayOfWeekText:
                    var day = IsoDayOfWeek(time) - 1;
                    builder.Append((element.Length >= 4 ? _locale.Days : _locale.ShortDays)[day]);
                    break;
                case DateElementKind.HalfDay:
                    builder.Append(time.Hour < 12 ? "AM" : "PM");
                    break;
                case DateElementKind.Fraction:
                    var nanos = (time.Ticks % TimeSpan.TicksPerSecond * 100) + timestamp.SubTickNanos;
                    var digits = nanos.ToString("D9", CultureInfo.InvariantCulture);
                    builder.Append(element.Length <= 9 ? digits[..element.Length]
                        : digits.PadRight(element.Length, '0'));
                    break;
                case DateElementKind.Offset:
                    builder.Append(element.Length == 1 ? "+0000" : "+00:00");
                    break;
                case DateElementKind.ZoneId or DateElementKind.ZoneName:
                    builder.Append("UTC");
                    break;
                default:
                    var text = NumberOf(element.Kind, time).ToString(CultureInfo.InvariantCulture);
                    builder.Append('0', Math.Max(0, element.Length - text.Length)).Append(text);
                    break;
            }
        }
        return builder.ToString();
    }

    private static int NumberOf(DateElementKind kind, DateTime time) => kind switch
    {
        DateElementKind.Century => time.Year / 100,
        DateElementKind.Year => time.Year,
        DateElementKind.TwoDigitYear => time.Year % 100,
        DateElementKind.WeekYear => ISOWeek.GetYear(time),
        DateElementKind.Week => ISOWeek.GetWeekOfYear(time),
        DateElementKind.DayOfYear => time.DayOfYear,
        DateElementKind.MonthNumber => time.Month,
        DateElementKind.Day => time.Day,
        DateElementKind.DayOfWeekNumber => IsoDayOfWeek(time),
        DateElementKind.Hour => time.Hour,
        DateElementKind.HourOneBased => time.Hour == 0 ? 24 : time.Hour,
        DateElementKind.HalfDayHour => time.Hour % 12 == 0 ? 12 : time.Hour % 12,
        DateElementKind.HalfDayHourZeroBased => time.Hour % 12,
        DateElementKind.Minute => time.Minute,
        _ => time.Second,
    };

    private static int IsoDayOfWeek(DateTime time) => time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek;
}
