-- After how many days without the server a laptop is locked until a login.
ALTER TABLE "settings" ADD COLUMN "lease_days" INTEGER;
