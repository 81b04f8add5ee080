namespace LogFlow.Platform;

/// <summary>Somebody has waited long for bytes of a budget: what its owner says in a log line.</summary>
/// <param name="Waited">For how long the one that waits longest has.</param>
/// <param name="WaiterCount">How many wait.</param>
/// <param name="BytesHeld">What all hold together.</param>
/// <param name="LargestHolder">Who holds most; "somebody" where holders have no names.</param>
/// <param name="LargestHolderBytes">How much that is.</param>
public readonly record struct ByteBudgetWait(
    TimeSpan Waited, int WaiterCount, long BytesHeld, string LargestHolder, long LargestHolderBytes);
