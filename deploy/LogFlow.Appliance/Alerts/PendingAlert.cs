namespace LogFlow.Appliance;

/// <summary>A notification that one action has yet to deliver.</summary>
/// <param name="Action">The action, by its place and what it is.</param>
/// <param name="Notification">What it has to tell.</param>
internal sealed record PendingAlert(string Action, AlertNotification Notification);
