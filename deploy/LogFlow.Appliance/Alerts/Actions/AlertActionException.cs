namespace LogFlow.Appliance;

/// <summary>A notification could not be delivered; the message says why, without secrets.</summary>
internal sealed class AlertActionException(string message) : Exception(message);
