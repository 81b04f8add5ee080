namespace LogFlow.Agent;

/// <summary>The turn.</summary>
internal sealed partial class ScheduledHarvester
{
    /// <summary>
    /// The right to touch a harvester, for the length of a scope: <c>using var turn = scheduled.TryTake();</c>. It is
    /// given back on every way out of that scope, an exception included, and read afterwards if that was asked for.
    /// </summary>
    internal readonly ref struct HarvesterTurn
    {
        private readonly ScheduledHarvester? _scheduled;
        private readonly int _number;

        internal HarvesterTurn(ScheduledHarvester scheduled, int number)
        {
            _scheduled = scheduled;
            _number = number;
        }

        /// <summary>False: somebody else has it.</summary>
        public bool IsTaken => _scheduled is not null;

        /// <summary>It waits to be read.</summary>
        public bool IsWanted => (Volatile.Read(ref _scheduled!._state) & Wanted) != 0;

        /// <summary>The harvester.</summary>
        public Harvester Harvester => _scheduled!.Harvester;

        /// <summary>It is to be read when this turn ends.</summary>
        public void Wake() => _scheduled!.Wake();

        /// <summary>Gives it back.</summary>
        public void Dispose() => _scheduled?.GiveBack(_number);
    }
}
