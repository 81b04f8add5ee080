using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>An alert as pages show it.</summary>
internal sealed record AlertStatus(AlertRule Rule, AlertState State)
{
    /// <summary>ok, firing, or unknown before the first evaluation.</summary>
    public string Name => State.Since is null ? "unknown" : State.IsFiring ? AlertNotification.Firing : "ok";

    /// <summary>As pages read it.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Rule.Name,
        ["state"] = Name,
        ["since"] = State.Since?.UtcDateTime,
        ["count"] = State.Count,
        ["condition"] = Rule.Condition,
        ["query"] = Rule.Query,
        ["index"] = Rule.Index,
        ["evaluated"] = State.Evaluated?.UtcDateTime,
        ["from"] = (State.Evaluated - Rule.Delay - Rule.Window)?.UtcDateTime,
        ["to"] = (State.Evaluated - Rule.Delay)?.UtcDateTime,
        ["error"] = State.Error,
        ["actionError"] = State.ActionError,
        ["pending"] = State.Pending.Count,
    };
}
