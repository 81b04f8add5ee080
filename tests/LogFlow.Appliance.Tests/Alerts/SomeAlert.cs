namespace LogFlow.Appliance.Tests;

/// <summary>A notification as an evaluation makes it.</summary>
internal static class SomeAlert
{
    public static AlertNotification Notification { get; } = new()
    {
        Id = "many errors/firing/2026-01-02T03:04:05.000Z",
        Name = "many errors",
        State = AlertNotification.Firing,
        Count = 12,
        Condition = "more than 10 in 5m",
        Query = "log.level:error",
        Index = "logs-*",
        From = new DateTimeOffset(2026, 1, 2, 2, 59, 0, TimeSpan.Zero),
        To = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero),
        Since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Host = "web-1",
        Link = "http://console/?q=log.level%3Aerror",
        Lines = ["2026-01-02T03:03:59Z größer als gedacht", ".a line that begins with a dot"],
    };
}
